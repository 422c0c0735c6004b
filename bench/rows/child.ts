/** Another process: it is told what to do by its arguments, and says what it found by messages. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child<Message> extends AsyncDisposable {
  /** The next message. @throws when the process ends without one */
  receive(): Promise<Message>
  send(message: string): void
}

export function startChild<Message>(program: URL, ...args: readonly string[]): Child<Message> {
  const child = fork(fileURLToPath(program), [...args])
  const exited = once(child, 'exit')
  return {
    receive: () => receive<Message>(child, exited),
    send: (message) => void child.send(message),
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await exited
    },
  }
}

async function receive<Message>(child: ChildProcess, exited: Promise<unknown[]>): Promise<Message> {
  const ended = exited.then(([code]) => Promise.reject(new Error(`The other process ended with ${code}.`)))
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message as Message
}
