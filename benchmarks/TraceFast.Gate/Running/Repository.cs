using System.Diagnostics;

namespace TraceFast.Gate.Running;

/// <summary>A version of the repository.</summary>
/// <param name="Name">As the user gave it.</param>
/// <param name="Commit">Of the working tree one that was made for it, which no branch has.</param>
/// <param name="Tree">Hash of all files: what builds are kept by.</param>
/// <param name="Date">Of the commit; of the working tree that of the commit that it has changed.</param>
public sealed record Revision(string Name, string Commit, string Tree, DateTimeOffset Date);

/// <summary>The git repository of the current folder.</summary>
public sealed class Repository
{
    /// <summary>Stands for the files as they are, those included that git neither tracks nor ignores.</summary>
    public const string WorkingTree = "worktree";

    private Repository(string root) => Root = root;

    public string Root { get; }

    /// <exception cref="InputException">The folder is in none, or there is no git.</exception>
    public static Repository Of(string folder) => new(new Repository(folder).Git("rev-parse", "--show-toplevel"));

    /// <param name="leftOut">File or folder that is no part of the working tree: an output, which would change it.</param>
    /// <exception cref="InputException">There is no such version.</exception>
    public Revision Resolve(string name, string? leftOut = null)
    {
        string commit = name == WorkingTree ? CommitOfFiles(leftOut)
            : Git("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}");
        string[] treeAndDate = Git("log", "-1", "--format=%T %cI", commit).Split(' ');
        return new Revision(name, commit, treeAndDate[0], DateTimeOffset.Parse(treeAndDate[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Where head left the branch that it is to be merged into; HEAD where head is the working tree on that branch itself.</summary>
    public string DefaultBase()
    {
        foreach (string branch in new[] { "origin/HEAD", "origin/main", "origin/master", "main", "master" })
            if (TryGit("merge-base", "HEAD", branch) is { } commit)
                return commit;
        return "HEAD";
    }

    public bool IsAncestor(Revision older, Revision newer) =>
        TryGit("merge-base", "--is-ancestor", older.Commit, newer.Commit) is not null;

    /// <summary>Puts the files of a version into a folder of their own, a repository that borrows this one's objects.</summary>
    public void CheckOut(Revision revision, string folder)
    {
        _ = Git("clone", "--quiet", "--shared", "--no-checkout", Root, folder);
        _ = new Repository(folder).Git("checkout", "--quiet", "--detach", revision.Commit);
    }

    private string CommitOfFiles(string? leftOut)
    {
        string? inside = leftOut is null ? null : Path.GetRelativePath(Root, Path.GetFullPath(leftOut));
        string[] except = inside is null || inside.StartsWith("..", StringComparison.Ordinal) ? [] : [$":(exclude,top,literal){inside}"];
        string index = Path.Combine(Git("rev-parse", "--absolute-git-dir"), $"gate-index-{Environment.ProcessId}");
        try
        {
            (string, string) own = ("GIT_INDEX_FILE", index);
            _ = Git([own], "read-tree", "HEAD");
            _ = Git([own], ["add", "--all", "--", ":(top)", .. except]);
            string tree = Git([own], "write-tree");
            // The date of its parent: the same files are the same commit.
            string date = Git("log", "-1", "--format=%cI");
            (string, string)[] who =
            [
                ("GIT_AUTHOR_NAME", "gate"), ("GIT_AUTHOR_EMAIL", "gate@localhost"), ("GIT_AUTHOR_DATE", date),
                ("GIT_COMMITTER_NAME", "gate"), ("GIT_COMMITTER_EMAIL", "gate@localhost"), ("GIT_COMMITTER_DATE", date),
            ];
            return Git(who, "commit-tree", tree, "-p", "HEAD", "-m", "files of the working tree");
        }
        finally
        {
            File.Delete(index);
        }
    }

    private string Git(params string[] arguments) => Git([], arguments);

    private string Git((string Name, string Value)[] environment, params string[] arguments)
    {
        (int code, string output, string error) = Start(environment, arguments);
        return code == 0 ? output : throw new InputException(
            $"git {string.Join(' ', arguments.Where(a => a is not ("--quiet" or "--end-of-options")))}: "
            + (error.Length > 0 ? error.Split('\n')[^1] : "there is no such version") + $" (in {Root})");
    }

    private string? TryGit(params string[] arguments) => Start([], arguments) is (0, var output, _) ? output : null;

    private (int Code, string Output, string Error) Start((string Name, string Value)[] environment, string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root,
        };
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        try
        {
            using Process git = Process.Start(start)!;
            Task<string> error = git.StandardError.ReadToEndAsync();
            string output = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return (git.ExitCode, output, error.Result.Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InputException($"git cannot be started: {e.Message}; install git, or run in a folder that exists", e);
        }
    }
}
