/** What lies over the page for a moment: fetched after the first picture, and there before anybody asks for it. */
export { NewRoom } from './NewRoom.tsx';
export { Palette } from './Palette.tsx';
