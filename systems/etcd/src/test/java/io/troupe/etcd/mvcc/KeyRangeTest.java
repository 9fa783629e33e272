package io.troupe.etcd.mvcc;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class KeyRangeTest {

    private static final ByteString NUL = ByteString.copyFrom(new byte[] {0});

    @Test
    void anEmptyEndMeansTheOneKey() {
        KeyRange range = KeyRange.of(copyFromUtf8("b"), ByteString.EMPTY);
        assertThat(range.contains(copyFromUtf8("b"))).isTrue();
        assertThat(range.contains(copyFromUtf8("ba"))).isFalse();
        assertThat(range.contains(copyFromUtf8("b").concat(NUL))).isFalse();
        assertThat(range.isSingle()).isTrue();
    }

    @Test
    void aZeroByteMeansNoEnd() {
        KeyRange range = KeyRange.of(copyFromUtf8("b"), NUL);
        assertThat(range.contains(ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff})))
                .isTrue();
        assertThat(range.contains(copyFromUtf8("a"))).isFalse();
        assertThat(range.isSingle()).isFalse();
    }

    @Test
    void theEndIsExclusiveAndBytesAreUnsigned() {
        KeyRange range = KeyRange.of(copyFromUtf8("b"), ByteString.copyFrom(new byte[] {(byte) 0x80}));
        assertThat(range.contains(copyFromUtf8("z"))).isTrue();
        assertThat(range.contains(ByteString.copyFrom(new byte[] {(byte) 0x80})))
                .isFalse();
    }

    @Test
    void aRangeThatEndsBeforeItBeginsIsEmpty() {
        assertThat(KeyRange.of(copyFromUtf8("b"), copyFromUtf8("a")).isEmpty()).isTrue();
        assertThat(KeyRange.of(copyFromUtf8("b"), copyFromUtf8("b")).isEmpty()).isTrue();
        assertThat(KeyRange.of(copyFromUtf8("b"), copyFromUtf8("c")).isEmpty()).isFalse();
    }
}
