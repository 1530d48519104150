/** The methods that a path takes among these routes, in alphabetical order; none when there is nothing at the path. */
export function allowedMethods(
  routes: readonly { readonly method: string; readonly path: string }[],
  path: string,
): string[] {
  const parts = path.split('/');
  const methods = routes
    // Middlewares stand among the routes as ALL.
    .filter(({ method, path: pattern }) => method !== 'ALL' && fits(pattern.split('/'), parts))
    .map(({ method }) => method);
  return [...new Set(methods)].sort();
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
  );
}
