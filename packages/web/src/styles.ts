/** The styles that everything stands on; components bring their own. */
import './theme/fonts.css';
import './theme/tokens.css';
import './theme/base.css';
