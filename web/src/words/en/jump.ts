export const jump = {} as const
