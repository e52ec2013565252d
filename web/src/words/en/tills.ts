export const tills = {} as const
