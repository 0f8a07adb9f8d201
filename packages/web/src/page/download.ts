/** Fetching a file with a token, which a link could not carry, and giving it to the browser to keep. */

/** How long the browser may take to begin. */
const HELD_MS = 60_000;

export async function download(url: URL, name: string, token: string): Promise<void> {
  // A token goes nowhere but to its own server.
  if (url.origin !== location.origin) throw new Error('that file is somewhere else');
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS);
}
