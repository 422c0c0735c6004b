/** Courses with a capacity, students with a limit, addresses that are taken once: rules that concern no single stream. */
import { aggregate, boundary, commandWithin, event, inStream, reject } from 'daybook'
import { z } from 'zod'

export const CourseOffered = event('CourseOffered', z.object({ course: z.string(), capacity: z.int() }), {
  tags: ({ course }) => [`course:${course}`],
})
export const StudentEnrolled = event('StudentEnrolled', z.object({ course: z.string(), student: z.string() }), {
  tags: ({ course, student }) => [`course:${course}`, `student:${student}`],
})
export const StudentRegistered = event('StudentRegistered', z.object({ address: z.string() }), {
  tags: ({ address }) => [`address:${address}`],
})

export const Student = aggregate('student', {
  events: [StudentRegistered, StudentEnrolled],
  initial: { courses: [] as string[] },
}).evolve({
  StudentRegistered: (student) => student,
  StudentEnrolled: (student, { course }) => ({ courses: [...student.courses, course] }),
})

const SeatsOf = boundary('seats', {
  events: [CourseOffered, StudentEnrolled],
  tags: (course: string) => [`course:${course}`],
  initial: { capacity: 0, taken: 0 },
}).evolve({
  CourseOffered: (seats, { capacity }) => ({ ...seats, capacity }),
  StudentEnrolled: (seats) => ({ ...seats, taken: seats.taken + 1 }),
})

const LoadOf = boundary('load', {
  events: [StudentEnrolled],
  tags: (student: string) => [`student:${student}`],
  initial: { courses: [] as string[] },
}).evolve({
  StudentEnrolled: (load, { course }) => ({ courses: [...load.courses, course] }),
})

export const HolderOf = boundary('holder', {
  events: [StudentRegistered],
  tags: (address: string) => [`address:${address}`],
  initial: { isTaken: false },
}).evolve({ StudentRegistered: () => ({ isTaken: true }) })

export const MOST_COURSES = 3

export const enrol = commandWithin(
  'Enrol',
  z.object({ course: z.string(), student: z.string() }),
  ({ course, student }) => ({ seats: SeatsOf(course), load: LoadOf(student) }),
  ({ seats, load }, { course, student }) => {
    if (load.courses.includes(course)) return reject('AlreadyEnrolled')
    if (load.courses.length >= MOST_COURSES) return reject('TooManyCourses', { courses: load.courses.length })
    if (seats.taken >= seats.capacity) return reject('CourseIsFull', { capacity: seats.capacity })
    return inStream(Student, student, StudentEnrolled({ course, student }))
  },
)

export const register = commandWithin(
  'Register',
  z.object({ student: z.string(), address: z.email().toLowerCase() }),
  ({ address }) => ({ holder: HolderOf(address) }),
  ({ holder }, { student, address }) =>
    holder.isTaken ? reject('AddressIsTaken') : inStream(`student-${student}`, StudentRegistered({ address })),
)
