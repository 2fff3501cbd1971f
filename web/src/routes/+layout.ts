// One static shell for every address: all data is the signed-in project's, so there is nothing to render ahead.
export const ssr = false;
export const prerender = false;
