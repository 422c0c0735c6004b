import { tell } from '../story.ts'
import { orders } from './story.ts'

await tell(orders)
