using Visuels.AllInOne;

return await AllInOneProgram.RunAsync(args);
