/** The certificates a member shows to its clients, read from PEM files and read again when they change. */
@NullMarked
package io.troupe.etcd.tls;

import org.jspecify.annotations.NullMarked;
