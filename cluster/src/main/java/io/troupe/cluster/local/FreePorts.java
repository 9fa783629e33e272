package io.troupe.cluster.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Ports of loopback for servers that are yet to start, and may take long to, or end and come back: nobody else is given them
 * meanwhile. This process has a hundred of its own for as long as it lives, by listening on the first of them, and servers
 * that outlive it have it for as long as one of them listens. They lie below the range from which operating systems take the
 * ports of connections and those of servers that leave the choice to them.
 */
public final class FreePorts {

    private static final int FROM = 11_000;

    private static final int TO = 32_700;
    private static final int HUNDRED = 100;

    private static @Nullable ServerSocket claim;
    private static int last;

    private FreePorts() {}

    /**
     * Another one each time, until all were given; then the first again, if it is free.
     *
     * @throws LocalClusterException when other processes have all hundreds, or none of this one's is free
     */
    public static synchronized int next() {
        if (claim == null) {
            claim = claim();
            last = claim.getLocalPort();
        }
        int first = claim.getLocalPort();
        for (int tried = 1; tried < HUNDRED; tried++) {
            last = last + 1 < first + HUNDRED ? last + 1 : first + 1;
            if (Ports.isFree(last)) {
                return last;
            }
        }
        throw new LocalClusterException("None of the ports from " + first + " to " + (first + HUNDRED - 1)
                + " is free; close what this process has opened there");
    }

    /** All of them different. */
    public static List<Integer> next(int count) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ports.add(next());
        }
        return ports;
    }

    /** The first port of a hundred in which nobody listened. */
    static ServerSocket claim() {
        for (int first = FROM; first < TO; first += HUNDRED) {
            try {
                ServerSocket claim = new ServerSocket(first, 1, InetAddress.getLoopbackAddress());
                if (IntStream.range(first + 1, first + HUNDRED).allMatch(Ports::isFree)) {
                    return claim;
                }
                claim.close();
            } catch (IOException taken) {
                // By another process: the next hundred.
            }
        }
        throw new LocalClusterException("Other processes have all ports from " + FROM + " to " + (TO - 1)
                + "; end those that are no longer needed");
    }
}
