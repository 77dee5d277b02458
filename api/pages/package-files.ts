/**
 * The files of packages that the site serves, as the name of the package and the path in it. They are read at run time,
 * not imported. A bundle has them in its own folder, under their names alone.
 */
export const packageFiles = {
  swaggerStyle: 'swagger-ui-dist/swagger-ui.css',
  swaggerScript: 'swagger-ui-dist/swagger-ui-bundle.js',
} as const;

/**
 * The files of the project that the site serves. They are in this folder, or in the folder of the bundle.
 */
export const ownFiles = {
  page: 'docs.html',
  tokens: 'tokens.css',
  head: 'head.css',
  style: 'docs.css',
  theme: 'swagger-theme.css',
  script: 'start.js',
  icon: 'favicon.png',
} as const;

/** The names that the files of the console have in the folder of the bundle. */
export const consoleFiles = { page: 'console.html', script: 'console.js', style: 'console.css' } as const;
