import { tell } from '../story.ts'
import { inventory } from './story.ts'

await tell(inventory)
