/** TLS by PEM files: what they hold, and Artery's engines made from them. */
@NullMarked
package io.troupe.cluster.tls;

import org.jspecify.annotations.NullMarked;
