import { tell } from '../story.ts'
import { invoices } from './story.ts'

await tell(invoices)
