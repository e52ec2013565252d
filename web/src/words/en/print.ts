export const print = {
  at: 'Printed {{when}} ({{zone}})',
  stale: 'no connection to the server, data of {{when}}',
  filter: 'Filter: {{filter}}',
  printed: '{{shown}} of {{total}} printed',
} as const
