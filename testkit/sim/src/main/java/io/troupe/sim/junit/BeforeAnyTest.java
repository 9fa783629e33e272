package io.troupe.sim.junit;

import io.troupe.sim.Stage;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Prepares the JVM before its first test, whatever that is: what is simulated later must not have been compiled before
 * ({@link Stage#prepareJvm}). JUnit finds this by itself.
 */
public final class BeforeAnyTest implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Stage.prepareJvm();
    }
}
