import { tell } from '../story.ts'
import { customers } from './story.ts'

await tell(customers)
