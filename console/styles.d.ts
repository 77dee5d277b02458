// Style sheets are imported for the bundler, which puts them into console.css.
declare module '*.css';
