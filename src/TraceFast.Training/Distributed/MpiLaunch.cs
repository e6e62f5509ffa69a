namespace TraceFast.Training.Distributed;

/// <summary>Whether this process is one of several, by what the launcher has put into the environment.</summary>
public static class MpiLaunch
{
    /// <summary>Number of processes and own number, by launcher: Open MPI's mpirun; MPICH's and Intel's (PMI); srun.</summary>
    private static readonly (string Size, string Rank)[] s_variables =
        [("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"), ("PMI_SIZE", "PMI_RANK"), ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID")];

    /// <summary>The names of those variables: a process of its own work does not get them.</summary>
    public static IEnumerable<string> Variables => s_variables.SelectMany(v => new[] { v.Size, v.Rank });

    /// <summary>Size and rank; (1, 0) where it is the only process.</summary>
    /// <param name="environment">Value of a variable; null: none.</param>
    public static (int Size, int Rank) Read(Func<string, string?> environment)
    {
        foreach ((string sizeName, string rankName) in s_variables)
            if (int.TryParse(environment(sizeName), CultureInfo.InvariantCulture, out int size) && size > 1
                && int.TryParse(environment(rankName), CultureInfo.InvariantCulture, out int rank))
                return (size, rank);
        return (1, 0);
    }

    /// <summary>The ranks of this run: MPI's where it was started by mpirun or srun, else this process alone.</summary>
    /// <exception cref="MpiException">MPI is needed and not there, or the processes were started by something else.</exception>
    public static Communicator Open(Func<string, string?> environment)
    {
        if (Read(environment).Size is > 1 and int size)
            return MpiCommunicator.Open(size);
        return int.TryParse(environment("WORLD_SIZE"), CultureInfo.InvariantCulture, out int world) && world > 1
            ? throw new MpiException(
                $"WORLD_SIZE is {world}, as torchrun and accelerate set it, but the processes of a run are MPI's here: each of the {world} "
                + $"would train a model of its own. Start them with: mpirun -np {world} ./tracefast train CONFIG.yaml "
                + "(or srun), or unset WORLD_SIZE")
            : Communicator.Alone;
    }
}
