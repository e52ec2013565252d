/** `label` is what it is, in one or two words; `advice` is what the operator does about it. */
export interface Words {
  readonly label: string
  readonly advice: string
}
