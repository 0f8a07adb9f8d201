/** That the style sheet can be imported where no bundler has told the compiler so. */
export {};
