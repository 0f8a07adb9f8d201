/** The styles that everything stands on; the page's own components bring theirs. */
import './theme/fonts.css';
import '@antiphon/react/ui/styles.css';
import './theme/page.css';
