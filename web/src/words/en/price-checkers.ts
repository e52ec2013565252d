export const priceCheckers = {
  columns: {
    number: 'Number',
    name: 'Name',
    host: 'Address',
    state: 'State',
    version: 'Version',
    seen: 'Last answer',
  },
  none: 'This store has no price checkers',
  noneHint: 'They appear once a list is imported in the settings.',
  noHost: 'None',
  listedOnly: 'Price checkers are listed only: Nightshift neither asks nor updates them.',
}
