import '@tanstack/react-query'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: { readonly topics?: readonly string[] }
  }
}
