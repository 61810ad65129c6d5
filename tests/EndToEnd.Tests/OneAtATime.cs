using Xunit.Sdk;
using Xunit.v3;

// Each test starts up to seven processes; side by side they would only wait for one another.
[assembly: Parallelization(Mode = ParallelMode.None)]
