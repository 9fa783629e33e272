package io.troupe.sim.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * While the tests of this class run nothing is logged: where actors fail by the thousand, as they should, what they say of it
 * is no news. With Logback alone; the levels are as before when the class is through.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(QuietLogsExtension.class)
public @interface QuietLogs {}
