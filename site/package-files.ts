/** The files of packages that the site hands out: by their package and their path in there. They are read, not imported. */
export const packageFiles = {
  swaggerStyle: 'swagger-ui-dist/swagger-ui.css',
  swaggerScript: 'swagger-ui-dist/swagger-ui-bundle.js',
  icon: 'swagger-ui-dist/favicon-32x32.png',
  redocScript: 'redoc/bundles/redoc.standalone.js',
} as const;
