namespace TraceFast.Cli;

/// <summary>What a command's exit status says.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>A gate or a check failed, or the program itself did.</summary>
    public const int Failed = 1;

    /// <summary>Bad input or usage.</summary>
    public const int BadInput = 2;

    /// <summary>Something is missing on the machine; the message names the command that installs it.</summary>
    public const int Missing = 3;

    /// <summary>Interrupted by SIGINT (Ctrl-C) or SIGTERM; a checkpoint was saved where the command keeps one.</summary>
    public const int Interrupted = 130;
}
