package io.troupe.sim.checker.input;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The same operations as JSON objects, one a line (or all in one array): {@code {"process": 0, "type": "invoke", "f":
 * "cas", "value": [1, 2]}}. What EDN says by keyword is a string here.
 */
final class JsonEntries {

    private JsonEntries() {}

    static List<Entry> read(Reader reader) throws IOException, BadInput {
        List<Entry> entries = new ArrayList<>();
        try (JsonParser parser = new ObjectMapper().createParser(reader)) {
            boolean inArray = false;
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                int line = parser.currentTokenLocation().getLineNr();
                if (token == JsonToken.START_ARRAY && entries.isEmpty() && !inArray) {
                    inArray = true;
                } else if (token == JsonToken.END_ARRAY && inArray) {
                    if (parser.nextToken() != null) {
                        throw new BadInput(
                                parser.currentTokenLocation().getLineNr(), "there is more after the history's array");
                    }
                    return entries;
                } else if (token == JsonToken.START_OBJECT) {
                    entries.add(entry(parser, line));
                } else {
                    throw new BadInput(
                            line,
                            "an operation is an object such as {\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"},"
                                    + " not " + parser.getText());
                }
            }
            return entries;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new BadInput(at == null ? 0 : at.getLineNr(), "not JSON: " + e.getOriginalMessage());
        }
    }

    private static Entry entry(JsonParser parser, int line) throws IOException, BadInput {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        Map<?, ?> map = parser.readValueAs(Map.class);
        map.forEach((name, value) -> fields.put(String.valueOf(name), plain(value)));
        return Entries.entry(fields, line);
    }

    /** Whole numbers of one type, so that 1 equals 1. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Integer number) {
            return number.longValue();
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> plain = new ArrayList<>(list.size());
            list.forEach(element -> plain.add(plain(element)));
            return plain;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, @Nullable Object> plain = new LinkedHashMap<>();
            map.forEach((key, field) -> plain.put(key, plain(field)));
            return plain;
        }
        return value;
    }
}
