package io.troupe.generals.byzantine;

/** A message and to whom it goes. */
public record Sending(String to, Message message) {}
