/** The demo page: the parts of groupcall/react, and what a page has around them. */

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app.js';
import { loadAhead } from './calls.js';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no place for the page');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
void loadAhead();
