import { tell } from '../story.ts'
import { catalogues } from './story.ts'

await tell(catalogues)
