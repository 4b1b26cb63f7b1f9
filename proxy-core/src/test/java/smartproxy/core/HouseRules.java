package smartproxy.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Rules of every module; each one's {@code RoomsTest} applies them to its own classes. */
public final class HouseRules {
    private HouseRules() {}

    @ArchTest
    static final ArchRule NO_CHILD_PROCESSES = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ProcessBuilder.class, Process.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String[].class)
            .because("no request starts a process; backends are spoken to in their own protocol");

    @ArchTest
    static final ArchRule ONE_LOGGING_API = noClasses()
            .that(not(resideInAPackage("smartproxy.core.log..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.logging..", "org.apache.commons.logging..", "org.apache.log4j..")
            .because("records go through SLF4J; the log's own room takes in what libraries log elsewhere");

    @ArchTest
    static final ArchRule NO_STANDARD_STREAMS = noClasses()
            .that(not(resideInAPackage("smartproxy.core.log.."))
                    .and(not(nameMatching("smartproxy\\.core\\.daemon\\.Main(\\$.*)?"))))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("only the command line and the log's own destinations write there");

    @ArchTest
    static final ArchRule FAMILIES_USE_THE_API_ALONE = noClasses()
            .that(not(resideInAPackage("smartproxy.core..")))
            .should()
            .dependOnClassesThat(
                    resideInAPackage("smartproxy.core..").and(not(resideInAPackage("smartproxy.core.api.."))))
            .allowEmptyShould(true)
            .because("a module must build against what third parties get");
}
