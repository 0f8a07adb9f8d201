/** What lies over the page for a moment, or takes the place of a room: fetched after the first picture, and there before anybody asks for it. */
export { KeyHelp } from '../app/KeyHelp.tsx';
export { FirstRoom } from '../app/FirstRoom.tsx';
export { Settings } from '../app/Settings.tsx';
export { AddPeople } from './AddPeople.tsx';
export { FindRooms } from './FindRooms.tsx';
export { NewRoom } from './NewRoom.tsx';
export { Palette } from './Palette.tsx';
export { RoomSettings } from './RoomSettings.tsx';
import './sheets.css';
