package io.troupe.etcd.standalone;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A line of JSON an event, with the keys that etcd's logger zap writes: level, ts, caller, msg. */
final class ZapLayout extends LayoutBase<ILoggingEvent> {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSxx", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    @Override
    public String doLayout(ILoggingEvent event) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        line.put("ts", TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
        line.put("caller", event.getLoggerName());
        line.put("msg", event.getFormattedMessage());
        line.putAll(event.getMDCPropertyMap());
        if (event.getThrowableProxy() != null) {
            line.put("stacktrace", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        try {
            return JSON.writeValueAsString(line) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a map of texts cannot be written as JSON", e);
        }
    }
}
