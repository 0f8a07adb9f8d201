//! The doors of Antiphon: HTTP, WebSocket, SSE, the page, the binary.
