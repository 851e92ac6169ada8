print("opkit")
