package smartproxy.tftp;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import com.tngtech.archunit.lang.ArchRule;
import smartproxy.core.HouseRules;

/** Who may use whom in the TFTP family. */
@AnalyzeClasses(packages = "smartproxy.tftp", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    @ArchTest
    static final ArchTests HOUSE = ArchTests.in(HouseRules.class);

    /** The store of files serves all of them. */
    @ArchTest
    static final ArchRule SERVERS_DO_NOT_KNOW_EACH_OTHER = slices().matching("smartproxy.tftp.(*)..")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(alwaysTrue(), resideInAPackage("smartproxy.tftp.files.."));
}
