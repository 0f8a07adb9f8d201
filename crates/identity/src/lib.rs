//! Who is speaking: tokens, key sets, guests, tickets, origins. No rooms.
