namespace TraceFast.Training.Distributed;

/// <summary>Whether this process is one of several, by what the launcher has put into the environment.</summary>
public static class MpiLaunch
{
    /// <summary>
    /// Number of processes, own number, and own number on the machine, by launcher: Open MPI's mpirun; MPICH's and Intel's (PMI); srun.
    /// </summary>
    private static readonly (string Size, string Rank, string LocalRank)[] s_variables =
    [
        ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK"), ("PMI_SIZE", "PMI_RANK", "MPI_LOCALRANKID"),
        ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_LOCALID"),
    ];

    /// <summary>The names of those variables: a process of its own work does not get them.</summary>
    public static IEnumerable<string> Variables => s_variables.SelectMany(v => new[] { v.Size, v.Rank, v.LocalRank });

    /// <summary>Size and rank; (1, 0) where it is the only process.</summary>
    /// <param name="environment">Value of a variable; null: none.</param>
    public static (int Size, int Rank) Read(Func<string, string?> environment)
    {
        foreach ((string sizeName, string rankName, _) in s_variables)
            if (int.TryParse(environment(sizeName), CultureInfo.InvariantCulture, out int size) && size > 1
                && int.TryParse(environment(rankName), CultureInfo.InvariantCulture, out int rank))
                return (size, rank);
        return (1, 0);
    }

    /// <summary>Whether it is the first process on its machine, or that is not known: it reports what is wrong with the machine.</summary>
    public static bool IsFirstHere(Func<string, string?> environment) =>
        !s_variables.Any(v => int.TryParse(environment(v.LocalRank), CultureInfo.InvariantCulture, out int local) && local > 0);

    /// <summary>
    /// Whether srun has started this process without PMIx or PMI-2, as it does by default. Open MPI then ends the process in words that
    /// blame how it was built; an MPI that was built with Slurm's PMI-1 starts all the same.
    /// </summary>
    public static bool LacksPmix(Func<string, string?> environment) =>
        Read(environment).Size > 1 && s_variables[..^1].All(v => environment(v.Size) is null) && environment("PMIX_RANK") is null;

    /// <summary>The ranks of this run: MPI's where it was started by mpirun or srun, else this process alone.</summary>
    /// <exception cref="MpiException">MPI is needed and not there, or the processes were started by something else.</exception>
    public static Communicator Open(Func<string, string?> environment)
    {
        if (Read(environment).Size is > 1 and int size)
        {
            if (LacksPmix(environment) && IsFirstHere(environment))
                Console.Error.WriteLine(
                    "srun has passed nothing by which the processes could find each other (PMIx): where MPI does not start, use "
                    + "srun --mpi=pmix (srun --mpi=list names what this Slurm has)");
            return MpiCommunicator.Open(size);
        }
        return int.TryParse(environment("WORLD_SIZE"), CultureInfo.InvariantCulture, out int world) && world > 1
            ? throw new MpiException(
                $"WORLD_SIZE is {world}, as torchrun and accelerate set it, but the processes of a run are MPI's here: each of the {world} "
                + $"would train a model of its own. Start them with: mpirun -np {world} ./tracefast train CONFIG.yaml "
                + "(or srun), or unset WORLD_SIZE")
            : Communicator.Alone;
    }
}
