/** The files of packages that the site hands out: by their package and their path in there. They are read, not imported. */
export const packageFiles = {
  swaggerStyle: 'swagger-ui-dist/swagger-ui.css',
  swaggerScript: 'swagger-ui-dist/swagger-ui-bundle.js',
} as const;

/** The site's own files, which stand beside its modules, and in the cloud beside the bundle. */
export const ownFiles = {
  page: 'docs.html',
  style: 'docs.css',
  theme: 'swagger-theme.css',
  script: 'start.js',
  icon: 'favicon.png',
} as const;
