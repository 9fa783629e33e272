package io.troupe.etcd.standalone;

import java.util.List;
import java.util.Map;

/** What {@code --help} prints. */
final class Usage {

    static final String SYNOPSIS =
            """
            Usage:

              etcd [flags]
                Start an etcd member on Troupe.

              etcd --version
                Show the version of the API that is spoken.

              etcd -h | --help
                Show every flag.

              etcd --config-file
                Path to a YAML file. With it, other flags and environment variables are ignored.

            """;

    private Usage() {}

    static String text() {
        StringBuilder text = new StringBuilder(SYNOPSIS);
        text.append("Every flag may be set by a variable too: --data-dir by ETCD_DATA_DIR.\n");
        for (Map.Entry<String, List<Flag>> group : Flags.GROUPS.entrySet()) {
            text.append('\n').append(group.getKey()).append(":\n");
            group.getValue().forEach(flag -> describe(flag, text));
        }
        return text.toString();
    }

    private static void describe(Flag flag, StringBuilder text) {
        text.append("  --")
                .append(flag.name())
                .append(" '")
                .append(flag.value())
                .append("'\n");
        String use =
                switch (flag.use()) {
                    case HONOURED -> "";
                    case IMMATERIAL -> "Accepted; makes no difference. ";
                    case WITHOUT_EFFECT -> "Accepted, without effect. ";
                    case REFUSED -> "Not supported. ";
                };
        text.append("    ").append((use + flag.help()).strip()).append('\n');
    }
}
