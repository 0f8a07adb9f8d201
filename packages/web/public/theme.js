/* global document, localStorage */
// Sets the chosen theme before the first paint, so that no page ever flashes in the other one.
try {
  var theme = localStorage.getItem('antiphon.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme serves.
}
