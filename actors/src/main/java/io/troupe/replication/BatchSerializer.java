package io.troupe.replication;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The bytes of an engine's batch, on the wire and in the journal. A batch that came from another node goes to the disk, and to the
 * next node, in the bytes it came in: it is not encoded again.
 */
public abstract class BatchSerializer<B> extends ImmutableSerializer<B> {

    /** Those that the batch came in, as long as it is as it came. */
    protected abstract Optional<byte[]> encoded(B batch);

    protected abstract void encode(Kryo kryo, Output output, B batch);

    /** @param encoded the bytes of all that was read until it is asked for; theirs who ask */
    protected abstract B decode(Kryo kryo, Input input, Supplier<byte[]> encoded);

    @Override
    public final void write(Kryo kryo, Output output, B batch) {
        encoded(batch).ifPresentOrElse(output::writeBytes, () -> encode(kryo, output, batch));
    }

    @Override
    public final B read(Kryo kryo, Input input, Class<? extends B> type) {
        int begin = input.position();
        // A message is whole in the buffer.
        return decode(kryo, input, () -> Arrays.copyOfRange(input.getBuffer(), begin, input.position()));
    }
}
