-- Parts of streaming messages that not everyone may see: the least role that may; everyone if nothing.
ALTER TABLE open_parts ADD COLUMN visible_to TEXT;
