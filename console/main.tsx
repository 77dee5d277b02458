import { render } from 'preact';
import { App } from './app.tsx';
import { pageRoot } from './state/page-options.ts';
import { key, readAccess } from './state/session.ts';
import './styles/console.css';

if (key.value !== '') void readAccess();
pageRoot.replaceChildren();
render(<App />, pageRoot);
