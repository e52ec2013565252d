export const fiscal = {} as const
