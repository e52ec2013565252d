export const priceCheckers = {} as const
